"""The stages of a check in their order. The only part that knows them all.

    request → reference, setups, accounting (``settling``) → environment → plan → runs (``running``)
            → measurements → ledgers → findings → verdict → report (``judging``)

Each stage takes frozen records and gives frozen records; each writes one file in the run
directory. ``judge`` starts from these files and needs no engine.
"""
