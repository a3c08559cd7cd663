"""What a programme caused: an estimate, every guard's outcome, and a verdict that may be "not with this data".

Start reading at `effect`.
"""
