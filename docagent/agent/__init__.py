"""The agent's loop: the conversation, the calls, the limits, and how it ends."""
