namespace Storefront.Apis;

/// <summary>Who checks the token on the way to the orders API.</summary>
internal enum ApiWay
{
    /// <summary>The gateway asks Keycloak's introspection endpoint about every request.</summary>
    Introspected,

    /// <summary>The gateway asks an endpoint that checks tokens with the library.</summary>
    Checked,

    /// <summary>The gateway only forwards; the API checks tokens with the library.</summary>
    Direct,
}
