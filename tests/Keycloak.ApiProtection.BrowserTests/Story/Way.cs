namespace Keycloak.ApiProtection.BrowserTests.Story;

/// <summary>The three ways to call the orders API, with their names in the path.</summary>
public static class Way
{
    public const string Introspected = "introspected";
    public const string Checked = "checked";
    public const string Direct = "direct";

    public static IReadOnlyList<string> All { get; } = [Introspected, Checked, Direct];
}
