using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.Extensions.Options;
using Orders.Identity;

namespace Orders.Shipping;

/// <summary>Where the orders API needs another API, on behalf of its caller.</summary>
internal static class ShipmentEndpoints
{
    /// <summary>Adds the clients for the shipping API and for Keycloak's token endpoint.</summary>
    public static void AddShipping(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ShippingOptions>().BindConfiguration(ShippingOptions.Section).ValidateDataAnnotations().ValidateOnStart();

        // The request holds the client secret and the caller's token: a redirect (307, 308) must not take them elsewhere.
        builder.Services.AddHttpClient<TokenExchange>(client => client.Timeout = TimeSpan.FromSeconds(5))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddHttpClient<ShippingApi>((services, client) =>
        {
            client.BaseAddress = services.GetRequiredService<IOptions<ShippingOptions>>().Value.Address;
            client.Timeout = TimeSpan.FromSeconds(5);
        });
    }

    /// <summary>Maps the right way to ask another API, and the wrong one to compare.</summary>
    /// <remarks>
    /// An API behind a gateway has a name, and no token: it cannot act for its caller. That the gateway passes the token on as well would be no way out: an API that neither needs nor
    /// checks it would hold what works at every API of the user.
    /// </remarks>
    public static RouteGroupBuilder MapShipments(this RouteGroupBuilder orders, CallerIdentity believed)
    {
        var shipment = orders.MapGroup("/{id:int}/shipment");
        if (believed == CallerIdentity.Gateway)
        {
            shipment.MapGet("/", CannotAct);
            shipment.MapGet("/passed-on", CannotAct);
            return shipment;
        }

        shipment.MapGet("/", ExchangedAsync);
        shipment.MapGet("/passed-on", PassedOnAsync);
        return shipment;
    }

    /// <summary>The right way: a token for the shipping API, which still says who the user is.</summary>
    private static async Task<IResult> ExchangedAsync(
        int id, HttpRequest request, ClaimsPrincipal user, OrderBook book, TokenExchange exchange, ShippingApi shipping, IOptions<ShippingOptions> options, CancellationToken cancellation)
    {
        if (book.Find(user, id) is null)
        {
            return Results.NotFound();
        }

        try
        {
            var token = await exchange.ExchangeAsync(TokenOf(request), options.Value.Audience, cancellation);
            var answer = await shipping.AskAsync(id, token, cancellation);
            return answer.Status == StatusCodes.Status200OK
                ? Results.Text(answer.Body, "application/json")
                : Results.Problem($"The shipping API answered {answer.Status}: {answer.Challenge}", statusCode: StatusCodes.Status502BadGateway);
        }
        catch (TokenExchangeException refusal)
        {
            return Results.Problem(refusal.Message, statusCode: StatusCodes.Status502BadGateway);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            request.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem("Keycloak or the shipping API does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>The wrong way: the caller's own token names this API as its audience, and not the shipping API, which refuses it.</summary>
    private static async Task<IResult> PassedOnAsync(int id, HttpRequest request, ClaimsPrincipal user, OrderBook book, ShippingApi shipping, CancellationToken cancellation)
    {
        if (book.Find(user, id) is null)
        {
            return Results.NotFound();
        }

        try
        {
            var answer = await shipping.AskAsync(id, TokenOf(request), cancellation);
            return Results.Json(new { shippingAnswered = answer.Status, challenge = answer.Challenge, audiences = user.GetAudiences() });
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            request.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem("The shipping API does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IResult CannotAct() => Results.Problem(
        "This API believes the gateway about who the caller is, and does not get the token: it cannot act for the caller at the shipping API.",
        statusCode: StatusCodes.Status501NotImplemented);

    /// <summary>The token that was verified before the endpoint was reached, so there is exactly one.</summary>
    private static string TokenOf(HttpRequest request) => AuthenticationHeaderValue.Parse(request.Headers.Authorization.ToString()).Parameter!;
}
