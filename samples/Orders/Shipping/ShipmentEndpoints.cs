using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.Extensions.Options;
using Orders.Identity;

namespace Orders.Shipping;

/// <summary>Endpoints that call another API on behalf of the caller.</summary>
internal static class ShipmentEndpoints
{
    /// <summary>Adds the clients for the shipping API and for Keycloak's token endpoint.</summary>
    public static void AddShipping(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ShippingOptions>()
            .BindConfiguration(ShippingOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();

        // The request holds the client secret and the caller's token: a redirect (307, 308) must not take them elsewhere.
        builder.Services.AddHttpClient<TokenExchange>(client => client.Timeout = TimeSpan.FromSeconds(5))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddHttpClient<ShippingApi>((services, client) =>
        {
            client.BaseAddress = services.GetRequiredService<IOptions<ShippingOptions>>().Value.Address;
            client.Timeout = TimeSpan.FromSeconds(5);
        });
    }

    /// <summary>Maps the correct way to call another API, and the wrong way for comparison.</summary>
    /// <remarks>
    /// An API behind a gateway has the caller's identity but no token, so it cannot act on behalf of its caller. Forwarding the token as
    /// well is no solution: the API would then hold a token that other APIs accept, although it neither needs nor verifies it.
    /// </remarks>
    public static RouteGroupBuilder MapShipments(this RouteGroupBuilder orders, CallerIdentity identity)
    {
        var shipment = orders.MapGroup("/{id:int}/shipment");
        if (identity == CallerIdentity.Gateway)
        {
            shipment.MapGet("/", CannotAct);
            shipment.MapGet("/passed-on", CannotAct);
            return shipment;
        }

        shipment.MapGet("/", ExchangedAsync);
        shipment.MapGet("/passed-on", PassedOnAsync);
        return shipment;
    }

    /// <summary>The correct way: exchanges the token for one that is intended for the shipping API and still identifies the user.</summary>
    private static async Task<IResult> ExchangedAsync(
        int id,
        HttpRequest request,
        ClaimsPrincipal user,
        OrderBook book,
        TokenExchange exchange,
        ShippingApi shipping,
        IOptions<ShippingOptions> options,
        CancellationToken cancellation)
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
                : Results.Problem(
                    $"The shipping API responded with {answer.Status}: {answer.Challenge}", statusCode: StatusCodes.Status502BadGateway);
        }
        catch (TokenExchangeException refusal)
        {
            return Results.Problem(refusal.Message, statusCode: StatusCodes.Status502BadGateway);
        }
        catch (Exception failure) when (
            failure is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            request.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem("Keycloak or the shipping API is unavailable.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>The wrong way: the audience of the caller's token does not include the shipping API, which rejects it.</summary>
    private static async Task<IResult> PassedOnAsync(
        int id, HttpRequest request, ClaimsPrincipal user, OrderBook book, ShippingApi shipping, CancellationToken cancellation)
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
        catch (Exception failure) when (
            failure is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            request.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem("The shipping API is unavailable.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IResult CannotAct() => Results.Problem(
        "This API gets the caller's identity from the gateway, without the token, so it cannot call the shipping API on behalf of "
            + "the caller.",
        statusCode: StatusCodes.Status501NotImplemented);

    /// <summary>Returns the token. Authentication has already verified it, so the request has exactly one.</summary>
    private static string TokenOf(HttpRequest request) =>
        AuthenticationHeaderValue.Parse(request.Headers.Authorization.ToString()).Parameter!;
}
