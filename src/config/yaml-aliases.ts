import { type Alias, type Document, type Node, visit } from 'yaml';

/**
 * The node that each YAML alias stands for: the last one before it with that anchor. The library's `Alias.resolve` walks the
 * whole document for each alias.
 */
export function aliasTargets(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
