namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The names of the ways in the results.</summary>
internal static class Way
{
    public const string Introspected = "introspected";
    public const string Checked = "checked";
    public const string Direct = "direct";
    public const string WithoutNginx = "direct, without NGINX";

    public static IReadOnlyList<string> All { get; } = [Introspected, Checked, Direct, WithoutNginx];
}
