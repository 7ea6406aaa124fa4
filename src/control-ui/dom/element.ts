/** Attributes by name; `true`: there, without a value; `false` and undefined: not there. */
export type Attributes = Record<string, string | number | boolean | undefined>;
export type Child = Node | string | null;

/** An element with text and other elements in it. Strings become text and never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}
