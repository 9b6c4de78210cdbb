// What a finding shows when it is opened. Builds nodes; text is only ever set as text.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const words = (name) => name.replaceAll("_", " ").toLowerCase();

const badge = (kind, name) => make("span", { class: `${kind} ${kind === "severity" ? name.toLowerCase() : name}` }, words(name));

const described = (title, ...children) => make("div", {}, make("dt", {}, title), make("dd", {}, ...children));

const codes = (names) => names.flatMap((name, place) => (place ? [", ", make("code", {}, name)] : [make("code", {}, name)]));

const facts = (store, i) => {
  const control = store.controls[store.control[i]];
  const resource = store.resource[i];
  const list = make("dl", { class: "facts" });
  list.append(described("Reason", store.reasons[store.reason[i]]));
  const accepted = store.details.accepted[i];
  if (accepted) list.append(described("Accepted", `${accepted.reason} (${accepted.owner}, until ${accepted.expires})`));
  list.append(described("Resource", make("code", {}, store.of(resource, "arn")), ` ${store.of(resource, "type")}`));
  const gaps = store.details.gaps[store.details.gapsOf[i]];
  if (gaps) list.append(described("Not read", make("pre", {}, gaps)));
  if (control.frameworks.length) list.append(described("Frameworks", ...codes(control.frameworks)));
  if (store.statuses[store.status[i]] === "FAIL") {
    list.append(control.remediations.length
      ? described("Remediation", ...codes(control.remediations), " – ", make("code", {}, `dynasec plan --control ${control.id} -o plan.json`))
      : described("Remediation", "none: it takes a decision"));
  }
  return list;
};

const opened = (store, i) => {
  const control = store.controls[store.control[i]];
  const box = make("div", { class: "opened" });
  const left = make("div", {}, make("p", { class: "title" }, control.title), facts(store, i));
  const evidence = store.details.evidence[store.details.evidenceOf[i]];
  if (evidence) left.append(make("h3", {}, "Evidence"), make("pre", { tabindex: "0", "aria-label": "Evidence" }, evidence));
  box.append(left);
  const guidance = document.getElementById(`control-${control.id}`);
  if (guidance) box.append(make("div", { class: "guidance" }, guidance.content.cloneNode(true)));
  return box;
};
