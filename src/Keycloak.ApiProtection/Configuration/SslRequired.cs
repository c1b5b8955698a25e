namespace Keycloak.ApiProtection;

/// <summary>Where HTTPS is required on the way to Keycloak: the values of <c>ssl-required</c> in Keycloak's adapter JSON.</summary>
public enum SslRequired
{
    /// <summary>Everywhere but on this machine (loopback addresses). The default.</summary>
    External,

    /// <summary>Everywhere, on this machine too.</summary>
    All,

    /// <summary>Nowhere: keys could be exchanged on the way. A warning at start says so.</summary>
    None,
}
