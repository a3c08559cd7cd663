"""Labels for texts, set in JupyterLab (`workspace.label`): which texts to ask about, where labels are kept, and what asks.

`queue` chooses texts, `store` keeps labels in a file beside the snapshots, `widget` shows one text after the other.
"""
