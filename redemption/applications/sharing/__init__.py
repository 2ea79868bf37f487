"""Data sharing (数据共享, article 27): what registries say about an enterprise, for prefill and for verification.

    asking.prefill / asking.verify    a question is a row first: who, when, for which application, what (service)
    looking.run_due                   a worker claims questions, asks outside of any transaction, writes the answers
    differing.found                   what an answer says otherwise than the enterprise declared (pure)
    adopting.adopt                    an enterprise takes what was found over into its own data

Nothing here stands in the way of an application: a registry that is slow or away leaves a sentence, no more.
"""
