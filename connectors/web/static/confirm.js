// Asks in a dialog before a button sends a command that needs a second thought.

import { byId } from "./dom.js";

export function confirmCommand(button, channel) {
  const dialog = byId("confirm");
  const yes = byId("confirm-yes");
  byId("confirm-question").textContent = button.confirm;
  byId("confirm-command").textContent = button.command;
  byId("confirm-channel").textContent = channel;
  yes.textContent = button.label;
  yes.className = `button ${button.style === "danger" ? "danger" : "primary"}`;
  dialog.returnValue = "";
  dialog.showModal();
  byId("confirm-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function prepareConfirm() {
  const dialog = byId("confirm");
  byId("confirm-yes").addEventListener("click", () => dialog.close("yes"));
  byId("confirm-no").addEventListener("click", () => dialog.close("no"));
  dialog.addEventListener("click", (event) => {
    // Only the backdrop makes the dialog itself the target.
    if (event.target === dialog) dialog.close("no");
  });
}
