using System.Reflection;
using System.Runtime.CompilerServices;

namespace Keycloak.ApiProtection.Tests.Packages;

/// <summary>The visible members of an assembly, as documentation ids with the number of parameters instead of their types.</summary>
internal static class VisibleMembers
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes()
            .SelectMany(type => Members(type).Select(member => $"{member[0]}:{Name(type)}.{member[2..]}").Prepend($"T:{Name(type)}"));

    /// <summary>The documentation id with the number of parameters instead of their types.</summary>
    public static string Shortened(string id)
    {
        var parenthesis = id.IndexOf('(', StringComparison.Ordinal);
        return parenthesis < 0
            ? (id[0] == 'M' ? $"{id}(0)" : id)
            : $"{id[..parenthesis]}({Count(id[(parenthesis + 1)..id.LastIndexOf(')')])})";
    }

    // Commas within the arguments of a generic type, such as {A,B}, do not separate parameters.
    private static int Count(string parameters)
    {
        var depth = 0;
        return 1 + parameters.Count(letter =>
        {
            depth += letter switch { '{' or '[' => 1, '}' or ']' => -1, _ => 0 };
            return letter == ',' && depth == 0;
        });
    }

    // Members that the compiler adds (of records, default constructors, value__ of enumerations) have no documentation.
    private static IEnumerable<string> Members(Type type)
    {
        foreach (var member in type.GetMembers(Declared).Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute))))
        {
            var text = member switch
            {
                FieldInfo { IsSpecialName: false } field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly =>
                    $"F:{field.Name}",
                PropertyInfo property when IsVisible(property.GetMethod) || IsVisible(property.SetMethod) =>
                    $"P:{property.Name}{(property.GetIndexParameters() is { Length: > 0 } parameters ? $"({parameters.Length})" : null)}",
                EventInfo happening when IsVisible(happening.AddMethod) => $"E:{happening.Name}",
                ConstructorInfo constructor when IsVisible(constructor) => $"M:#ctor({constructor.GetParameters().Length})",
                MethodInfo { IsSpecialName: false } method when IsVisible(method) =>
                    $"M:{method.Name}{(method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : null)}"
                    + $"({method.GetParameters().Length})",
                _ => null,
            };
            if (text is not null)
            {
                yield return text;
            }
        }
    }

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Name(Type type) => type.FullName!.Replace('+', '.');
}
