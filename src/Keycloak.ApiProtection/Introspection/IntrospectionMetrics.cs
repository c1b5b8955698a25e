using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The metrics of introspection: meter <c>Keycloak.ApiProtection</c>. Each instrument has the tag <c>scheme</c>.</summary>
internal sealed class IntrospectionMetrics
{
    private const string MeterName = "Keycloak.ApiProtection";
    private const string Scheme = "scheme";

    private readonly Counter<long> _questions;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _stale;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _age;

    public IntrospectionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _questions = meter.CreateCounter<long>(
            "keycloak.introspection.questions",
            "{question}",
            "Requests sent to Keycloak's introspection endpoint, by reason.");
        _answers = meter.CreateCounter<long>(
            "keycloak.introspection.answers",
            "{answer}",
            "Introspection responses, by kind: active, inactive, refused (rejected for another reason), or failed with its cause.");
        _stale = meter.CreateCounter<long>(
            "keycloak.introspection.stale",
            "{request}",
            "Requests accepted with an introspection response older than the freshness (Introspection.StaleIfError).");
        _duration = meter.CreateHistogram<double>("keycloak.introspection.duration", "s", "Time that Keycloak took to respond.");
        _wait = meter.CreateHistogram<double>(
            "keycloak.introspection.wait",
            "s",
            "Time that requests waited for an introspection response.");
        _age = meter.CreateHistogram<double>(
            "keycloak.introspection.age",
            "s",
            "Age of the introspection response with which a request was accepted.");
    }

    public void Asked(string scheme, string reason) =>
        _questions.Add(1, new KeyValuePair<string, object?>(Scheme, scheme), new("reason", reason));

    public void Answered(string scheme, string kind, TimeSpan duration)
    {
        _answers.Add(1, new KeyValuePair<string, object?>(Scheme, scheme), new("kind", kind));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(Scheme, scheme), new("kind", kind));
    }

    public void Stale(string scheme) => _stale.Add(1, new KeyValuePair<string, object?>(Scheme, scheme));

    public void Waited(string scheme, TimeSpan time) => _wait.Record(time.TotalSeconds, new KeyValuePair<string, object?>(Scheme, scheme));

    /// <summary>Records the age of a response. It is called for every request, so it does nothing without a listener.</summary>
    public void Used(string scheme, TimeSpan age)
    {
        if (_age.Enabled)
        {
            _age.Record(age.TotalSeconds, new KeyValuePair<string, object?>(Scheme, scheme));
        }
    }
}
