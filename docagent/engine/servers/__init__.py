"""Models behind an OpenAI-compatible server.

Importing this package loads neither openai nor langchain-openai.
"""
