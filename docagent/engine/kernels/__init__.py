"""Products with the quantised weights of a GGUF file, read where they lie.

`formats` says how each kind of block is laid out, `unpack` and `matmul` write the loops around it
as LLVM IR,
`machine_code` compiles them for this processor, and `products` calls them.
"""
