// The same header and the same procedures as ../c/features.c, compiled as C++.
#include "../c/features.c"
