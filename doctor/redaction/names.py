"""Which names of variables, keys and options hold a secret by custom."""

from __future__ import annotations

import re

# In this field "tokens" are counted and "eos_token" is a word of the model: only a name that ends
# in the singular, and is none of the tokenizer's own, holds a secret.
_SECRET = re.compile(
    r"(?:^|_)(?:token|secret|passw(?:or)?d|pwd|passphrase|credentials?|api_?keys?|access_?key(?:_id)?"
    r"|secret_?key|private_?key|signing_?key|auth|authorization|cookies?|session_?id|sas|connection_string"
    r"|webhook(?:_url)?|dsn)$"
)
_TOKENIZER_WORDS = re.compile(
    r"(?:^|_)(?:bos|eos|pad|unk|sep|cls|mask|stop|start|end|special|image|video|audio|first|last|next|prompt"
    r"|output|input|per|each|think|tool|added|placeholder|time|latency|ms|s|cost)_token$"
)


def names_a_secret(name: str) -> bool:
    """Whether a variable, a key or an option of that name holds a secret by custom."""
    # hfToken, HF-TOKEN and hf.token are spelled alike first.
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:200])
    spelled = re.sub(r"[-.\s]+", "_", spelled.strip("-")).lower()
    return _SECRET.search(spelled) is not None and _TOKENIZER_WORDS.search(spelled) is None
