namespace Keycloak.ApiProtection.Realms;

/// <summary>Whether cached keys may be used without reading them again.</summary>
internal enum Freshness
{
    /// <summary>
    /// There are no keys, or they have not been read for so long that a removed key might still be among them. They must be read
    /// before use.
    /// </summary>
    Dormant,

    /// <summary>The keys may be used; the next use starts a refresh in the background.</summary>
    Due,

    /// <summary>The keys may be used.</summary>
    Fresh,
}
