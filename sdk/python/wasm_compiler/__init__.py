"""Compiles procedures: ``python -m wasm_compiler procedure.py -o procedure.wasm``."""
