"""`docagent serve` and `docagent mcp`: answers for programs, over HTTP and MCP."""
