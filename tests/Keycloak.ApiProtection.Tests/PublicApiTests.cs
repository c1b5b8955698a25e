using System.Reflection;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Compares the public API with a snapshot so that every change of it is noticed.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_matches_the_snapshot()
    {
        var snapshot = Repository.File("src/Keycloak.ApiProtection/PublicAPI.txt");
        var now = string.Join('\n', Lines(typeof(KeycloakBearerOptions).Assembly)) + '\n';
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1")
        {
            File.WriteAllText(snapshot, now);
        }

        Assert.True(
            File.ReadAllText(snapshot) == now,
            "The public API has changed. If intended, update the snapshot with UPDATE_PUBLIC_API=1 dotnet test, and CHANGELOG.md.");
    }

    private static IEnumerable<string> Lines(Assembly assembly) =>
        assembly.GetExportedTypes()
            .SelectMany(type => Members(type).Prepend(Kind(type)))
            .Order(StringComparer.Ordinal);

    private static string Kind(Type type) =>
        $"{Name(type)}: {(type.IsAbstract && type.IsSealed ? "static class" : type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsSealed ? "sealed class" : "class")}"
        + $" {string.Join(", ", new[] { type.BaseType }.Where(parent => parent is not null && parent != typeof(object)).Concat(type.GetInterfaces()).Select(parent => Name(parent!)).Order(StringComparer.Ordinal))}".TrimEnd();

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var member in type.GetMembers(declared))
        {
            var text = member switch
            {
                FieldInfo { IsPublic: true } field => $"{field.Name}: {Name(field.FieldType)}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : null)}",
                PropertyInfo property when IsVisible(property.GetMethod) || IsVisible(property.SetMethod) =>
                    $"{property.Name}: {Name(property.PropertyType)} {{{(IsVisible(property.GetMethod) ? " get;" : null)}{(IsVisible(property.SetMethod) ? " set;" : null)} }}",
                ConstructorInfo constructor when IsVisible(constructor) => $"new({Parameters(constructor)})",
                MethodInfo { IsSpecialName: false } method when IsVisible(method) => $"{method.Name}({Parameters(method)}): {Name(method.ReturnType)}",
                _ => null,
            };
            if (text is not null)
            {
                yield return $"{Name(type)}.{text}";
            }
        }
    }

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = ?" : null)}"));

    private static string Name(Type type)
    {
        if (type.IsGenericParameter || type.IsArray)
        {
            return type.IsArray ? Name(type.GetElementType()!) + "[]" : type.Name;
        }

        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Namespace is "System" ? type.Name : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }
}
