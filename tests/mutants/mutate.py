"""Makes small wrong changes ("mutants") of C sources. They are made from tokens: no parser is needed, because the compiler checks them.

The sources are formatted by clang-format, so binary operators have a space on both sides, and the `*` of a declaration does not."""
import re

TOKEN = re.compile(r"""
  (?P<comment>/\*.*?\*/|//[^\n]*)
 |(?P<directive>^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*)
 |(?P<string>"(?:\\.|[^"\\\n])*")
 |(?P<char>'(?:\\.|[^'\\\n])+')
 |(?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z.])*)
 |(?P<name>[A-Za-z_]\w*)
 |(?P<mark>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[^\s\w])
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

BINARY = {
  "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
  "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "^": ["&"],
  "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
}
STEPS = {"++": "--", "--": "++"}
BOOLEANS = {"true": "false", "false": "true"}
OPENING, CLOSING = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
# The tokens that end an operand of &&. An operand of || can contain &&, and one of ?: can contain both.
WEAKER = {"=", "?", ":", ",", ";", "return", "+=", "-=", "|=", "&="}
ENDS = {"&&": WEAKER | {"&&", "||"}, "||": WEAKER | {"||"}, "?": WEAKER}
KEYWORDS = {"return", "if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue", "goto", "sizeof", "static",
            "const", "struct", "enum", "union", "void", "int", "char", "bool", "unsigned", "long", "double", "typedef", "extern"}
# Calls whose removal only a sanitizer or a profiler notices: leaks, races, and what the calling convention makes a no-op.
UNNOTICED_CALLS = re.compile(r"^(va_end|free|OPENSSL_free|\w+_free|\w+_unref|pthread_mutex_lock|freeaddrinfo|munmap|__builtin_prefetch)$")


class Token:
  def __init__(self, match):
    self.kind, self.text, self.start, self.end = match.lastgroup, match.group(), match.start(), match.end()
    self.place = None  # the function or table that it is in; None in types and between definitions


class Mutant:
  """Replaces TEXT[start:end] of PATH by NEW. The number of lines stays the same, and so does the rest of the text."""

  def __init__(self, path, text, place, start, end, new):
    new += "\n" * (text.count("\n", start, end) - new.count("\n"))
    self.path, self.place = path, place
    self.source = text[:start] + new + text[end:]
    self.line = text.count("\n", 0, start) + 1
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    self.before = text[begin:stop].split("\n")
    self.after = (text[begin:start] + new + text[end:stop]).split("\n")

  def key(self):
    """Its key in equivalent.tsv, which has no line number, so that it is still valid after lines move."""
    return self.path, self.place, squeeze(self.before), squeeze(self.after)

  def diff(self):
    pairs = [(old, new) for old, new in zip(self.before, self.after) if old != new]
    return [f"-{old}" for old, _ in pairs] + [f"+{new}" for _, new in pairs if new.strip()]


def squeeze(lines):
  return " ".join(" ".join(lines).split())


def tokens_of(text):
  return [Token(match) for match in TOKEN.finditer(text) if match.lastgroup not in ("comment", "directive")]


def matching(tokens, at, step):
  """The index of the bracket that matches the one at AT."""
  depth = 0
  while 0 <= at < len(tokens):
    depth += (tokens[at].text in OPENING) - (tokens[at].text in CLOSING) if tokens[at].kind == "mark" else 0
    if depth == 0:
      return at
    at += step
  raise ValueError("unbalanced brackets")


def place_of_block(tokens, brace):
  """The name of what a brace at top level begins: a function, a table, "enum", or None for a type."""
  before = tokens[brace - 1]
  if before.text == ")":
    return tokens[matching(tokens, brace - 1, -1) - 1].text
  words = [token.text for token in tokens[max(0, brace - 2):brace]]
  return "enum" if "enum" in words else None


def mark_places(tokens):
  """Sets the place of each token inside a function or an initializer."""
  at, table = 0, None
  while at < len(tokens):
    token = tokens[at]
    if token.text == "=":
      back = at - 1
      while tokens[back].text == "]":
        back = matching(tokens, back, -1) - 1
      table = tokens[back].text
    elif token.text == ";":
      table = None
    elif token.text == "{":
      end = matching(tokens, at, 1)
      place = table or place_of_block(tokens, at)
      for inner in tokens[at:end + 1]:
        inner.place = place
      at = end
    else:
      token.place = table
    at += 1


def skipped(tokens):
  """Indices in attributes, static assertions and declared array sizes, which do not change the behavior."""
  out = set()
  for at, token in enumerate(tokens):
    if token.text in ("__attribute__", "_Static_assert", "static_assert"):
      out.update(range(at, matching(tokens, at + 1, 1) + 1))
    declared = token.text == "[" and at > 1 and tokens[at - 1].kind == "name" and (tokens[at - 2].kind == "name" or tokens[at - 2].text == "*")
    if declared and tokens[at - 2].text not in ("return", "case", "else"):
      out.update(range(at, matching(tokens, at, 1) + 1))
  return out


def operand(tokens, at, step, ends):
  """The last index of the operand next to the operator at AT, in direction STEP."""
  brackets = OPENING if step < 0 else CLOSING
  at += step
  while tokens[at].text not in ends and tokens[at].text not in brackets:
    if tokens[at].text in (CLOSING if step < 0 else OPENING):
      at = matching(tokens, at, step)
    at += step
  return at - step


class Source:
  def __init__(self, path, text):
    self.path, self.text, self.tokens = path, text, tokens_of(text)
    mark_places(self.tokens)
    self.skipped = skipped(self.tokens)

  def spaced(self, token):
    return self.text[token.start - 1].isspace() and self.text[token.end].isspace()

  def change(self, first, last, new):
    return Mutant(self.path, self.text, self.tokens[first].place, self.tokens[first].start, self.tokens[last].end, new)

  def insert(self, first, last, before, after):
    return self.change(first, last, before + self.text[self.tokens[first].start:self.tokens[last].end] + after)

  def of_operators(self, at, token):
    if token.text in BINARY and self.spaced(token):
      for new in BINARY[token.text]:
        yield self.change(at, at, new)
    if token.text in STEPS:
      yield self.change(at, at, STEPS[token.text])
    if token.text in ("&&", "||"):
      ends = ENDS[token.text]
      yield self.change(operand(self.tokens, at, -1, ends), at, "")
      yield self.change(at, operand(self.tokens, at, 1, ends), "")
    if token.text == "?":
      yield self.insert(operand(self.tokens, at, -1, ENDS["?"]), at - 1, "!(", ")")
    if token.text == "!":
      yield self.change(at, at, "")

  def of_values(self, at, token):
    if token.text in BOOLEANS:
      yield self.change(at, at, BOOLEANS[token.text])
    if token.kind == "number" and re.fullmatch(r"[0-9]+", token.text) and not token.text.startswith("00"):
      value = int(token.text)
      for new in sorted({max(0, value - 1)} | (set() if self.is_sign(at) else {value + 1}) - {value}):
        yield self.change(at, at, str(new))
    if token.kind == "string" and token.text != '""':
      yield self.change(at, at, '""')
    if token.kind == "char":
      yield self.change(at, at, "'\\1'")

  def is_sign(self, at):
    """Returns true for the 1 of -1 or of "-1 : 1", because callers only compare it with 0."""
    words = [token.text for token in self.tokens[at - 3:at + 1]]
    return words == ["-", "1", ":", "1"] or (words[2:] == ["-", "1"] and not self.text[self.tokens[at].start - 1].isspace())

  def of_conditions(self, at, token):
    if token.text in ("if", "while") and self.tokens[at + 1].text == "(":
      end = matching(self.tokens, at + 1, 1)
      yield self.insert(at + 2, end - 1, "!(", ")")
      if token.text == "if":
        yield self.change(at + 2, end - 1, "1")
        yield self.change(at + 2, end - 1, "0")

  def of_statements(self, at, token):
    if token.text in ("break", "continue"):
      yield self.change(at, at, "")
    if self.begins_statement(at) and self.is_expression(at):
      end = at
      while self.tokens[end].text != ";":
        end = matching(self.tokens, end, 1) + 1 if self.tokens[end].text in OPENING else end + 1
      yield self.change(at, end, ";")

  def begins_statement(self, at):
    before = self.tokens[at - 1]
    if before.text == ")":
      keyword = self.tokens[matching(self.tokens, at - 1, -1) - 1].text
      return keyword in ("if", "while", "for")
    return before.text in (";", "{", "}", "else", ":") and self.in_block(at)

  def in_block(self, at):
    """Returns true unless AT is between the parentheses of a `for` or in an initializer."""
    depth = 0
    while at > 0:
      at -= 1
      text = self.tokens[at].text
      depth += (text in CLOSING) - (text in OPENING) if self.tokens[at].kind == "mark" else 0
      if depth < 0:
        return text == "{" and self.tokens[at - 1].text in (")", "{", "}", ";", "else", "do", ":")
    return False

  def is_expression(self, at):
    """Returns true for a call, an assignment, an increment or a decrement, but not for a declaration or a jump."""
    if self.tokens[at].text == "*":
      return True
    if self.tokens[at].kind != "name" or self.tokens[at].text in KEYWORDS or UNNOTICED_CALLS.match(self.tokens[at].text):
      return False
    at += 1
    while self.tokens[at].text in ("->", ".", "["):
      at = matching(self.tokens, at, 1) + 1 if self.tokens[at].text == "[" else at + 2
    return self.tokens[at].text in ("(", "=", "++", "--", "+=", "-=", "|=", "&=")

  def mutants(self):
    for at, token in enumerate(self.tokens):
      if token.place is None or at in self.skipped:
        continue
      for operator in (self.of_operators, self.of_values, self.of_conditions, self.of_statements):
        yield from operator(at, token)


def mutants_of(path, text):
  """All mutants of the source TEXT of PATH, without duplicates, in the order of their places."""
  seen = {}
  for mutant in Source(path, text).mutants():
    seen.setdefault(mutant.source, mutant)
  return list(seen.values())
