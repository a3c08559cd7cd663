"""Executed notebooks become one self-contained page. Never runs a cell."""
