"""What the reader's own program spends: a local ledger of calls, priced later, without an account or a server."""
