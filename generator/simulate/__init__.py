"""A server with OpenAI's API that answers at the pace which the engine predicts, without a GPU (extra `simulate`)."""
