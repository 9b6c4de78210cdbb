// Which findings are shown, and in which order. Works on numbers: texts are looked at once per distinct text, not per finding.

const flags = (count, test) => Uint8Array.from({ length: count }, (_, place) => (test(place) ? 1 : 0));

const matching = (texts, term) => {
  const found = new Uint8Array(texts.length);
  for (let i = 0; i < texts.length; i += 1) if (texts[i].includes(term)) found[i] = 1;
  return found;
};

// Per term: which controls, resources, reasons and pieces of evidence hold it. A finding matches when each term is somewhere in it.
const searched = (store, text) => {
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  const spoken = store.lower("control", store.controls.map((one) => `${one.id} ${one.title} ${one.section} ${one.frameworks.join(" ")} ${one.remediations.join(" ")}`));
  return terms.map((term) => {
    const parts = ["arn", "label", "type", "region", "class"].map((name) => {
      const column = store.resources[name];
      return [matching(store.lower(name, column.texts), term), column.places];
    });
    const { details } = store;
    return {
      control: matching(spoken, term),
      resource: flags(store.resourceCount, (place) => parts.some(([hit, places]) => hit[places[place]])),
      reason: matching(store.lower("reason", store.reasons), term),
      evidence: details && matching(store.lower("evidence", details.evidence), term),
      gaps: details && matching(store.lower("gaps", details.gaps), term),
    };
  });
};

const serves = (control, framework) =>
  !framework || control.frameworks.some((one) => one === framework || one.startsWith(`${framework}:`));

// Returns the matching findings, and how many there would be of each status and severity if that filter alone were open.
const select = (store, filter) => {
  const controlOk = flags(store.controls.length, (place) => {
    const control = store.controls[place];
    return (!filter.section || control.section === filter.section) && serves(control, filter.framework);
  });
  const resourceOk = flags(store.resourceCount, (place) =>
    (!filter.region || store.of(place, "region") === filter.region)
    && (filter.class === "" || (store.of(place, "class") || "none") === filter.class));
  const statusOk = flags(store.statuses.length, (place) => filter.statuses.has(place));
  const severityOk = flags(store.severities.length, (place) => filter.severities.has(place));
  const terms = searched(store, filter.text);
  const { control, resource, status, severity, reason, details } = store;
  const byStatus = new Uint32Array(store.statuses.length);
  const bySeverity = new Uint32Array(store.severities.length);
  const found = new Uint32Array(store.count);
  let size = 0;
  for (let i = 0; i < store.count; i += 1) {
    if (!controlOk[control[i]] || !resourceOk[resource[i]]) continue;
    if (!terms.every((term) => term.control[control[i]] || term.resource[resource[i]] || term.reason[reason[i]]
      || (details && (term.evidence[details.evidenceOf[i]] || term.gaps[details.gapsOf[i]])))) continue;
    if (severityOk[severity[i]]) byStatus[status[i]] += 1;
    if (statusOk[status[i]]) bySeverity[severity[i]] += 1;
    if (statusOk[status[i]] && severityOk[severity[i]]) { found[size] = i; size += 1; }
  }
  return { found: found.subarray(0, size), byStatus, bySeverity };
};

// Rank of a finding by a column, as a function of its place.
const ranking = (store, column) => {
  const ofResource = (name) => {
    const { places, texts } = store.resources[name];
    const ranks = store.rank(name, texts);
    return (i) => ranks[places[store.resource[i]]];
  };
  switch (column) {
    case "status": return (i) => store.status[i];
    case "severity": return (i) => store.severity[i];
    case "control": {
      const ranks = store.rank("control", store.controls.map((one) => one.id));
      return (i) => ranks[store.control[i]];
    }
    case "resource": return ofResource("label");
    case "region": return ofResource("region");
    case "class": {
      const { places, texts } = store.resources.class;
      const ranks = texts.map((text) => store.ladder.length - store.ladder.indexOf(text));
      return (i) => ranks[places[store.resource[i]]];
    }
    default: {
      const ranks = store.rank("reason", store.reasons);
      return (i) => ranks[store.reason[i]];
    }
  }
};

// Sorts in place. Equal ones stay in the order status, severity, control, resource.
const arrange = (store, found, column, descending) => {
  const key = ranking(store, column);
  const second = new Uint32Array(found.length);
  for (let at = 0; at < found.length; at += 1) second[at] = store.status[found[at]] * 8 + store.severity[found[at]];
  const keys = new Float64Array(found.length);
  const most = 0xffffffff;
  const stride = 64 * (store.count + 1);
  for (let at = 0; at < found.length; at += 1) {
    const i = found[at];
    const first = Math.min(key(i), most);
    keys[at] = (descending ? store.count + store.resourceCount + 64 - first : first) * stride + second[at] * (store.count + 1) + i;
  }
  keys.sort();
  for (let at = 0; at < keys.length; at += 1) found[at] = keys[at] % (store.count + 1);
  return found;
};
