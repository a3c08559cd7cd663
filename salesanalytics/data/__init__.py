"""Data: from a source to a snapshot, and from a snapshot to a team's tables.

tables     our schema, what was known of it on a day, and which team's a row is
intake     source → mapping, reshape → parse → rules; one report of all problems
snapshot   frozen on one day, one folder per team; what the company's notebook hands over
export     frames as files that a spreadsheet opens
"""
