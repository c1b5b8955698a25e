namespace Storefront.Apis;

/// <summary>Names and descriptions of the three ways, as the pages show them.</summary>
internal static class ApiWays
{
    /// <summary>Gets all of them, in the order in which the pages show them.</summary>
    public static IReadOnlyList<ApiWay> All { get; } = [ApiWay.Introspected, ApiWay.Checked, ApiWay.Direct];

    /// <summary>The key of the way in URLs, ids and names of HTTP clients.</summary>
    public static string Key(this ApiWay way) => way switch
    {
        ApiWay.Introspected => "introspected",
        ApiWay.Checked => "checked",
        _ => "direct",
    };

    /// <summary>The heading of the way.</summary>
    public static string Name(this ApiWay way) => way switch
    {
        ApiWay.Introspected => "Introspected",
        ApiWay.Checked => "Checked",
        _ => "Direct",
    };

    /// <summary>One sentence on which server verifies the token.</summary>
    public static string Summary(this ApiWay way) => way switch
    {
        ApiWay.Introspected => "The gateway introspects the token of every request at Keycloak.",
        ApiWay.Checked => "The gateway calls a check endpoint that uses the library.",
        _ => "The gateway only forwards: the API verifies the token itself.",
    };

    /// <summary>The way with this key; null for any other text, including "all".</summary>
    public static ApiWay? Parse(string? key)
    {
        foreach (var way in All)
        {
            if (way.Key() == key)
            {
                return way;
            }
        }

        return null;
    }
}
