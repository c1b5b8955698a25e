using Keycloak.ApiProtection.Testing.Acts;
using Keycloak.ApiProtection.Testing.Diagnostics;
using Keycloak.ApiProtection.Testing.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>Handles a request to the realm: counts it, applies faults, and sends the response.</summary>
internal sealed class RealmApplication(Realm realm, Uri? hostname, Disturbances disturbances, RequestCounters counters)
{
    private readonly RealmRouter _router = new(realm);
    private readonly WrongAnswers _wrongAnswers = new(realm);

    public async Task HandleAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var (name, endpoint, answer) = _router.Route(PathOf(context.Request));
        counters.Count(name);
        if (disturbances.IsDown)
        {
            context.Abort();
            return;
        }

        try
        {
            await disturbances.GateOf(name).WaitAsync(cancellation).ConfigureAwait(false);
            if (disturbances.DelayOf(name) is { Ticks: > 0 } delay)
            {
                await Task.Delay(delay, realm.Time, cancellation).ConfigureAwait(false);
            }

            answer ??= await endpoint!.AnswerAsync(await ReadAsync(context, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            await WriteAsync(context, name, answer, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The caller has canceled the request or the realm is stopping, so no response is needed.
        }
    }

    /// <summary>The path as it was sent. Keycloak rejects dots and double slashes, which a server would normalize.</summary>
    private static string PathOf(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        return target.StartsWith('/') ? target.Split('?', 2)[0] : request.Path.Value ?? "/";
    }

    private async Task<EndpointRequest> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        var request = context.Request;
        var form = FormCollection.Empty;
        if (HttpMethods.IsPost(request.Method) && request.HasFormContentType)
        {
            form = (await request.ReadFormAsync(cancellation).ConfigureAwait(false)) as FormCollection ?? form;
        }

        var origin = hostname?.AbsoluteUri.TrimEnd('/') ?? $"{request.Scheme}://{request.Host.Value}";
        var issuer = $"{origin}/realms/{Uri.EscapeDataString(realm.Export.Name)}";
        var caller = context.Connection.RemoteIpAddress?.ToString() ?? "127.0.0.1";
        return new EndpointRequest(request.Method, request.Headers, form, issuer, origin + PathOf(request), caller)
        {
            Query = request.Query,
        };
    }

    private async Task WriteAsync(HttpContext context, RealmEndpoint name, Answer answer, CancellationToken cancellation)
    {
        var wrong = disturbances.WrongAnswerOf(name);
        if (wrong == WrongAnswer.CutOff)
        {
            await CutOffAsync(context, answer, cancellation).ConfigureAwait(false);
            return;
        }

        if (wrong is { } kind)
        {
            answer = await _wrongAnswers.DistortAsync(answer, kind, name).ConfigureAwait(false);
        }

        realm.Logger.RequestAnswered(context.Request.Method, name, answer.Status);
        await answer.WriteToAsync(context.Response, cancellation).ConfigureAwait(false);
    }

    private static async Task CutOffAsync(HttpContext context, Answer answer, CancellationToken cancellation)
    {
        var body = answer.Body ?? [];
        context.Response.ContentType = Answer.JsonType;
        context.Response.ContentLength = body.Length + 1;
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), cancellation).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        context.Abort();
    }
}
