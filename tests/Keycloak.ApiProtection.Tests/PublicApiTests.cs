using System.Reflection;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Compares the public API of each package with a snapshot so that every change of it is noticed.</summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_public_API_matches_the_snapshot() => AssertMatchesSnapshot(typeof(KeycloakBearerOptions).Assembly);

    [Fact]
    public void The_public_API_of_the_testing_package_matches_the_snapshot() => AssertMatchesSnapshot(typeof(KeycloakRealm).Assembly);

    [Fact]
    public void The_public_API_of_the_PostgreSQL_package_matches_the_snapshot() =>
        AssertMatchesSnapshot(typeof(PostgreSqlJournalOptions).Assembly);

    private static void AssertMatchesSnapshot(Assembly assembly)
    {
        var snapshot = Repository.File($"src/{assembly.GetName().Name}/PublicAPI.txt");
        var now = string.Join('\n', Lines(assembly)) + '\n';
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
            .SelectMany(type => Members(type).Prepend($"{Name(type)}: {Kind(type)} {Parents(type)}".TrimEnd()))
            .Order(StringComparer.Ordinal);

    private static string Kind(Type type) => type switch
    {
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Parents(Type type)
    {
        var parents = type.BaseType is { } parent && parent != typeof(object) ? type.GetInterfaces().Prepend(parent) : type.GetInterfaces();
        return string.Join(", ", parents.Select(Name).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Members(Type type) =>
        from member in type.GetMembers(Declared)
        let text = TextOf(member)
        where text is not null
        select $"{Name(type)}.{text}";

    private static string? TextOf(MemberInfo member) => member switch
    {
        FieldInfo { IsPublic: true } field =>
            $"{field.Name}: {Name(field.FieldType)}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : null)}",
        PropertyInfo property when IsVisible(property.GetMethod) || IsVisible(property.SetMethod) =>
            $"{property.Name}: {Name(property.PropertyType)} "
            + $"{{{Accessor("get", property.GetMethod)}{Accessor("set", property.SetMethod)} }}",
        ConstructorInfo constructor when IsVisible(constructor) => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when IsVisible(method) =>
            $"{method.Name}({Parameters(method)}): {Name(method.ReturnType)}",
        _ => null,
    };

    private static string? Accessor(string name, MethodInfo? method) => IsVisible(method) ? $" {name};" : null;

    private static bool IsVisible(MethodBase? method) =>
        method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(
            parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = ?" : null)}"));

    private static string Name(Type type)
    {
        if (type.IsGenericParameter || type.IsArray)
        {
            return type.IsArray ? Name(type.GetElementType()!) + "[]" : type.Name;
        }

        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}"
            : type.Namespace is "System" ? type.Name
            : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }
}
