"""What is planted in the demo company: one mechanism a module, each with its true effect and what a naive look would see.

Every module has a `truth` function; together they make `truth.json`.
"""
