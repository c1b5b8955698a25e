namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>A client of the realm <c>demo</c> and its secret; null if the client is public.</summary>
public sealed record DemoClient(string Id, string? Secret = null)
{
    public static readonly DemoClient Cli = new("cli");
    public static readonly DemoClient Storefront = new("storefront", "storefront-secret");
    public static readonly DemoClient Spa = new("spa");
    public static readonly DemoClient OrdersApi = new("orders-api", "orders-api-secret");
    public static readonly DemoClient ShippingApi = new("shipping-api", "shipping-api-secret");
    public static readonly DemoClient Gateway = new("gateway", "gateway-secret");
    public static readonly DemoClient Exchanger = new("exchanger", "exchanger-secret");
    public static readonly DemoClient Batch = new("batch", "batch-secret");
    public static readonly DemoClient Mtls = new("mtls", "mtls-secret");
    public static readonly DemoClient Lightweight = new("lightweight");
    public static readonly DemoClient Dpop = new("dpop");
    public static readonly DemoClient NoAudience = new("no-audience");

    /// <summary>A public client that is named after its kind of token, such as <c>es256</c> or <c>rfc9068</c>.</summary>
    public static DemoClient Public(string id) => new(id);
}
