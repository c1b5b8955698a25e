namespace Keycloak.ApiProtection.BrowserTests.Story;

/// <summary>The three ways to the orders API, as their addresses write them.</summary>
public static class Way
{
    public const string Introspected = "introspected";
    public const string Checked = "checked";
    public const string Direct = "direct";

    public static IReadOnlyList<string> All { get; } = [Introspected, Checked, Direct];
}
