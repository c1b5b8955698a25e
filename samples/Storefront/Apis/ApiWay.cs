namespace Storefront.Apis;

/// <summary>Which server verifies the token of a request to the orders API.</summary>
internal enum ApiWay
{
    /// <summary>The gateway calls Keycloak's introspection endpoint for every request.</summary>
    Introspected,

    /// <summary>The gateway calls an endpoint that verifies tokens with the library.</summary>
    Checked,

    /// <summary>The gateway only forwards; the API verifies tokens with the library.</summary>
    Direct,
}
