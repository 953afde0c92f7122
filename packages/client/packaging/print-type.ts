import { type Checker, SignatureKind, SymbolFlags, type Type, TypeFlags } from 'typescript/unstable/sync';

/** Nothing that travels as JSON is nested deeper; a type that refers to itself is. */
const deepest = 20;

/**
 * A type as TypeScript text that names no other type: every alias, intersection and schema is written out.
 * @throws Error for what cannot travel as JSON, and so has no business in a contract: functions, and objects that have them
 */
export function printType(checker: Checker, type: Type, depth = 0): string {
  if (depth > deepest) throw new Error(`${checker.typeToString(type)} refers to itself`);
  const print = (inner: Type) => printType(checker, inner, depth + 1);
  if (type.isUnionType()) return printUnion(type.getTypes(), print);
  if (!type.isObjectType() && !type.isIntersectionType()) return checker.typeToString(type);
  if (checker.getSignaturesOfType(type, SignatureKind.Call).length > 0) throw new Error(`${checker.typeToString(type)} is a function`);
  if (checker.isTupleType(type)) return `[${argumentsOf(checker, type).map(print).join(', ')}]`;
  if (checker.isArrayType(type)) return `(${argumentsOf(checker, type).map(print).join()})[]`;
  if (type.getSymbol()?.name === 'AsyncIterable') return `AsyncIterable<${argumentsOf(checker, type).slice(0, 1).map(print).join()}>`;
  return printObject(checker, type, print);
}

function argumentsOf(checker: Checker, type: Type): readonly Type[] {
  return type.isTypeReference() ? checker.getTypeArguments(type) : [];
}

/** `boolean` is a union of its two values. */
function printUnion(types: readonly Type[], print: (type: Type) => string): string {
  const members = types.map(print);
  const isBoolean = members.includes('true') && members.includes('false');
  return isBoolean ? ['boolean', ...members.filter((name) => name !== 'true' && name !== 'false')].join(' | ') : members.join(' | ');
}

function printObject(checker: Checker, type: Type, print: (type: Type) => string): string {
  const fields = checker.getPropertiesOfType(type).map((property) => {
    const fieldType = checker.getTypeOfSymbol(property);
    if (!fieldType) throw new Error(`${property.name} has no type`);
    const isOptional = (property.flags & SymbolFlags.Optional) !== 0;
    const name = `${/^[\w$]+$/.test(property.name) ? property.name : JSON.stringify(property.name)}${isOptional ? '?' : ''}`;
    return printField({ name, value: print(fieldType), comment: property.getDocumentationComment(checker) });
  });
  const others = checker.getIndexInfosOfType(type).map(({ keyType, valueType }) => {
    if ((keyType.flags & TypeFlags.String) === 0) throw new Error(`${checker.typeToString(type)} has keys that are no text`);
    return printField({ name: '[name: string]', value: print(valueType) });
  });
  return printBlock([...fields, ...others]);
}

/** One line of an object type, after its comment. */
export function printField({ name, value, comment }: { name: string; value: string; comment?: string }): string {
  return `${comment ? `/** ${comment} */\n` : ''}${name}: ${value};`;
}

export function printBlock(lines: readonly string[]): string {
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n').replace(/^/gm, '  ')}\n}`;
}
