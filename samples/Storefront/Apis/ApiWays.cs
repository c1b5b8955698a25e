namespace Storefront.Apis;

/// <summary>The three ways in the words of the pages.</summary>
internal static class ApiWays
{
    /// <summary>Gets all of them, in the order in which the pages show them.</summary>
    public static IReadOnlyList<ApiWay> All { get; } = [ApiWay.Introspected, ApiWay.Checked, ApiWay.Direct];

    /// <summary>The way as addresses, ids and named HTTP clients write it.</summary>
    public static string Key(this ApiWay way) => way switch
    {
        ApiWay.Introspected => "introspected",
        ApiWay.Checked => "checked",
        _ => "direct",
    };

    /// <summary>The way as a heading.</summary>
    public static string Name(this ApiWay way) => way switch
    {
        ApiWay.Introspected => "Introspected",
        ApiWay.Checked => "Checked",
        _ => "Direct",
    };

    /// <summary>Who decides, in a sentence.</summary>
    public static string Summary(this ApiWay way) => way switch
    {
        ApiWay.Introspected => "The gateway asks Keycloak about the token of every request.",
        ApiWay.Checked => "The gateway asks a check endpoint built on the library.",
        _ => "The gateway only forwards: the API checks the token itself.",
    };

    /// <summary>Reads a key; null for anything else, and for "all".</summary>
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
