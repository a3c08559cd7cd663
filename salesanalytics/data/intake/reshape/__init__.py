"""Carries out a mapping: raw files of a source become our tables, still as written, with our names."""
