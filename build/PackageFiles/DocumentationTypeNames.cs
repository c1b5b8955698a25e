using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text.RegularExpressions;

namespace PackageFiles;

/// <summary>Writes the types of a signature as documentation ids do (C# specification, annex D.4.2).</summary>
internal sealed partial class DocumentationTypeNames : ISignatureTypeProvider<string, object?>
{
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } declaring
            ? $"{GetTypeFromDefinition(reader, declaring, rawTypeKind)}.{reader.GetString(type.Name)}"
            : Qualified(reader, type.Namespace, type.Name);
    }

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, rawTypeKind)}.{reader.GetString(type.Name)}"
            : Qualified(reader, type.Namespace, type.Name);
    }

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    // Each "`n" of the name takes its n arguments: Outer`1.Inner`1 becomes Outer{A}.Inner{B}.
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments)
    {
        var next = 0;
        return Arity().Replace(genericType, match =>
        {
            var count = int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            var arguments = typeArguments.AsSpan(next, count).ToArray();
            next += count;
            return $"{{{string.Join(',', arguments)}}}";
        });
    }

    public string GetGenericTypeParameter(object? genericContext, int index) => $"`{index}";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"``{index}";

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{string.Join(',', Enumerable.Repeat("0:", shape.Rank))}]";

    public string GetByReferenceType(string elementType) => $"{elementType}@";

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetFunctionPointerType(MethodSignature<string> signature) =>
        throw new NotSupportedException("A function pointer in the public API: write its documentation id here.");

    private static string Qualified(MetadataReader reader, StringHandle space, StringHandle name) =>
        space.IsNil ? reader.GetString(name) : $"{reader.GetString(space)}.{reader.GetString(name)}";

    [GeneratedRegex("`([0-9]+)")]
    private static partial Regex Arity();
}
