/**
 * Makes an element what `next` is, and keeps what can be kept of it: focus, selection and places of scrolling stay.
 * Children with a `data-key` are the same as those that had it before; the others go by their order.
 */
export function morph(current: Element, next: Element): void {
  const focused = document.activeElement;
  morphElement(current, next);
  // What is put elsewhere loses the focus.
  if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused)
    focused.focus({ preventScroll: true });
}

function morphElement(current: Element, next: Element): void {
  for (const { name } of [...current.attributes]) if (!next.hasAttribute(name)) current.removeAttribute(name);
  for (const { name, value } of [...next.attributes])
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  morphChildren(current, next);
}

function morphChildren(current: Element, next: Element): void {
  const keyed = new Map(
    [...current.children].flatMap((child) => (keyOf(child) === null ? [] : [[keyOf(child), child]])),
  );
  let place = current.firstChild;
  for (const wanted of [...next.childNodes]) {
    const kept = reusable(place, { wanted, keyed });
    if (kept === null) {
      current.insertBefore(wanted, place);
      continue;
    }
    if (kept === place) place = place.nextSibling;
    else current.insertBefore(kept, place);
    if (kept instanceof Element && wanted instanceof Element) morphElement(kept, wanted);
    else if (kept.nodeValue !== wanted.nodeValue) kept.nodeValue = wanted.nodeValue;
  }
  while (place !== null) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

/** The node that becomes `wanted`; null: none does. */
function reusable(
  place: ChildNode | null,
  { wanted, keyed }: { wanted: Node; keyed: Map<string | null, Element> },
): ChildNode | null {
  const key = keyOf(wanted);
  if (key !== null) return keyed.get(key) ?? null;
  if (place === null || keyOf(place) !== null) return null;
  return place.nodeName === wanted.nodeName ? place : null;
}

function keyOf(node: Node): string | null {
  return node instanceof Element ? node.getAttribute("data-key") : null;
}
