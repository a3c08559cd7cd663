"""Where figures will land: forecasts, and how right such forecasts were before."""
