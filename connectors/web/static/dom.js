// Builds elements from plain values, so that text from data can only ever become text.

export function element(tag, attributes = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function hiddenWord(text) {
  return element("span", { class: "visually-hidden" }, [text]);
}

export function byId(id) {
  return document.getElementById(id);
}

export function keepOnlyInOrder(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) {
    if (!keep.has(child)) child.remove();
  }
  wanted.forEach((node, index) => {
    // Moving a node that is already in place would drop its focus and its scroll position.
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
