namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>The three ways, with their names in the path.</summary>
internal static class Way
{
    public const string Introspected = "introspected";
    public const string Checked = "checked";
    public const string Direct = "direct";

    public static readonly string[] All = [Introspected, Checked, Direct];

    /// <summary>Combines each way with each value.</summary>
    public static TheoryData<string, string> Each(params string[] values)
    {
        var data = new TheoryData<string, string>();
        foreach (var way in All)
        {
            foreach (var value in values)
            {
                data.Add(way, value);
            }
        }

        return data;
    }
}
