namespace Keycloak.ApiProtection.Realms;

/// <summary>Whether keys may be used as they are.</summary>
internal enum Freshness
{
    /// <summary>
    /// There are none, or nobody has asked Keycloak for so long that a removed key might still be among them: ask before use.
    /// </summary>
    Dormant,

    /// <summary>To be used, and to be read again in the background at the next use.</summary>
    Due,

    /// <summary>To be used.</summary>
    Fresh,
}
