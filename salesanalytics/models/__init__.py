"""Engines that answer several questions: forecasts, territories, productivity."""
