// Remembers, across reloads, how far each channel has been read.

const KEY = "atlas.read";

export class ReadMarks {
  #marks = new Map(Object.entries(stored()));

  markRead(channel, items) {
    const last = items.findLast((item) => item.delivery === undefined);
    if (last === undefined) return;
    this.#marks.set(channel, { id: last.id, at: last.at });
    remember(this.#marks);
  }

  count(channel, items) {
    return this.#after(items, this.#marks.get(channel)).filter((item) => item.author !== "you").length;
  }

  #after(items, mark) {
    if (mark === undefined) return items;
    // A restarted server may hand out the same ids again, so the time must match as well.
    const index = items.findLastIndex((item) => item.id === mark.id && item.at === mark.at);
    if (index >= 0) return items.slice(index + 1);
    return items.filter((item) => Date.parse(item.at) > Date.parse(mark.at));
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function remember(marks) {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(marks)));
  } catch {
    // Without storage the marks last as long as the page, which is good enough.
  }
}
