// Loaded before the style, so that a chosen theme is there at the first paint.
try {
  const theme = localStorage.getItem('heliosdb.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme stays.
}
