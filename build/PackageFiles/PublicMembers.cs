using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PackageFiles;

/// <summary>The documentation ids (C# specification, annex D.4.2) of all that is visible outside an assembly: public and protected.</summary>
internal sealed class PublicMembers
{
    private readonly MetadataReader _reader;
    private readonly DocumentationTypeNames _names = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    private PublicMembers(MetadataReader reader) => _reader = reader;

    public static IReadOnlySet<string> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var members = new PublicMembers(file.GetMetadataReader());
        foreach (var handle in members._reader.TypeDefinitions)
        {
            members.Add(handle);
        }

        return members._ids;
    }

    private void Add(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        if (!IsVisible(type))
        {
            return;
        }

        var name = _names.GetTypeFromDefinition(_reader, handle, 0);
        _ids.Add($"T:{name}");
        foreach (var method in type.GetMethods().Select(_reader.GetMethodDefinition).Where(IsVisible))
        {
            _ids.Add($"M:{name}.{Signed(method)}");
        }

        foreach (var field in type.GetFields().Select(_reader.GetFieldDefinition).Where(field => IsVisible((int)field.Attributes)))
        {
            _ids.Add($"F:{name}.{_reader.GetString(field.Name)}");
        }

        foreach (var property in type.GetProperties().Select(_reader.GetPropertyDefinition))
        {
            var accessors = property.GetAccessors();
            if (IsVisible(accessors.Getter) || IsVisible(accessors.Setter))
            {
                _ids.Add($"P:{name}.{_reader.GetString(property.Name)}{Parameters(property.DecodeSignature(_names, null))}");
            }
        }

        foreach (var happening in type.GetEvents().Select(_reader.GetEventDefinition).Where(happening => IsVisible(happening.GetAccessors().Adder)))
        {
            _ids.Add($"E:{name}.{_reader.GetString(happening.Name)}");
        }
    }

    private string Signed(MethodDefinition method)
    {
        var signature = method.DecodeSignature(_names, null);
        var name = _reader.GetString(method.Name);
        var generic = signature.GenericParameterCount == 0 ? "" : $"``{signature.GenericParameterCount}";
        var result = name is "op_Implicit" or "op_Explicit" ? $"~{signature.ReturnType}" : "";
        return $"{name.Replace('.', '#')}{generic}{Parameters(signature)}{result}";
    }

    private static string Parameters(MethodSignature<string> signature) =>
        signature.ParameterTypes.IsEmpty ? "" : $"({string.Join(',', signature.ParameterTypes)})";

    private bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
            IsVisible(_reader.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    private bool IsVisible(MethodDefinitionHandle method) => !method.IsNil && IsVisible(_reader.GetMethodDefinition(method));

    private static bool IsVisible(MethodDefinition method) => IsVisible((int)method.Attributes);

    // The access mask and its values are the same for methods and fields (ECMA-335 II.23.1.5 and II.23.1.10).
    private static bool IsVisible(int attributes) =>
        (MethodAttributes)attributes is var method
        && (method & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
}
