// What markup gains wherever scripts run, in a page as in a notebook. Makes its own controls: without it none are dead.

// Copying. What is worth it carries data-iv-copy: the text to copy, or nothing when it is the element's own text.
const addCopyButtons = (root) => {
  for (const source of root.querySelectorAll("[data-iv-copy]")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "iv-copy", textContent: "Copy", ariaLive: "polite" });
    button.addEventListener("click", async () => {
      let copied = true;
      try {
        await navigator.clipboard.writeText(source.dataset.ivCopy || source.textContent.trim());
      } catch {
        getSelection().selectAllChildren(source);
        copied = document.execCommand("copy");
      }
      button.textContent = copied ? "Copied" : "Selected";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    source.after(button);
  }
};

// What scrolls can be reached by Tab, and only that.
const reachWhatScrolls = (boxes) => {
  const reach = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of boxes) reach.observe(box);
};
