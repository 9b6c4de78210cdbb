// Unpacks the two packs. Columns become typed arrays; every distinct text stays once.

const unpack = async (id) => {
  const raw = atob(document.getElementById(id).textContent.trim());
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
};

// The findings as columns, and what is asked of them again and again.
class Store {
  constructor(core) {
    const columns = core.findings;
    this.statuses = core.statuses;
    this.severities = core.severities;
    this.ladder = core.ladder;
    this.controls = core.controls;
    this.reasons = core.reasons;
    this.resources = core.resources;
    this.count = columns.control.length;
    this.control = Uint16Array.from(columns.control);
    this.resource = Uint32Array.from(columns.resource);
    this.status = Uint8Array.from(columns.status);
    this.severity = Uint8Array.from(columns.severity);
    this.reason = Uint32Array.from(columns.reason);
    this.resourceCount = core.resources.arn.places.length;
    this.details = null;
    this.folded = new Map();
    this.ranks = new Map();
  }

  // Text of a resource: its arn, label, type, region or class.
  of(resource, name) {
    const column = this.resources[name];
    return column.texts[column.places[resource]];
  }

  // Distinct texts of a field in lower case, made once.
  lower(name, texts) {
    if (!this.folded.has(name)) this.folded.set(name, texts.map((text) => text.toLowerCase()));
    return this.folded.get(name);
  }

  // Place of each distinct text in alphabetical order, made once.
  rank(name, texts) {
    if (!this.ranks.has(name)) {
      const order = Array.from(texts.keys());
      const { compare } = new Intl.Collator("en", { numeric: true });
      const short = texts.length < 20000;
      order.sort((a, b) => (short ? compare(texts[a], texts[b]) : texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0));
      const ranks = new Uint32Array(texts.length);
      order.forEach((place, rank) => { ranks[place] = rank; });
      this.ranks.set(name, ranks);
    }
    return this.ranks.get(name);
  }
}
